plugins {
    id("java")
}

dependencies {
    implementation("org.apache.logging.log4j:log4j-core:2.14.1")
    testImplementation(libs.junit)
}
