"""Our bytes against the encoders and decoders of other people's clients, each in an environment of its own."""
