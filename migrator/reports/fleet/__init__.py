"""What is told of a fleet: for people and for programs."""
