package dev.sanaq.checkpoint.config;

import java.util.Map;

/** Activation functions that an autoencoder's config can name. */
public enum Activation {
  RELU,
  SILU,
  /** The exact form, with the error function. */
  GELU,
  MISH;

  /** By their names in diffusers' {@code models/activations.py}. */
  static final Map<String, Activation> NAMES =
      Map.of("relu", RELU, "silu", SILU, "swish", SILU, "gelu", GELU, "mish", MISH);
}
