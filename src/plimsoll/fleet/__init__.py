"""What is stored about many targets, and the questions to all of them at once."""
