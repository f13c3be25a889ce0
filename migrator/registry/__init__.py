"""What a container registry says about packages: asked with GET, in a step of a pipeline, with the native credentials.

https://distribution.github.io/distribution/spec/api/ and https://distribution.github.io/distribution/spec/auth/token/
"""
