"""What a container registry says about packages: asked with GET, in one step of a pipeline, with the native pair.

https://distribution.github.io/distribution/spec/api/ and https://distribution.github.io/distribution/spec/auth/token/
"""
