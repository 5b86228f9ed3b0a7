#!/bin/sh
# docker run no
set -e; X=1 docker run -d --name web -p 80:80/udp \
  -v /etc:/etc:ro,z --cap-add=ALL \
  -e "A=$B" -e 'C=d e' --memory 1g web:1.0 sh -c 'x; y' && podman run --privileged x <<EOF
text
EOF
