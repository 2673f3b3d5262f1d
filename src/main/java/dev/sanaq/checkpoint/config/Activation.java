package dev.sanaq.checkpoint.config;

import java.util.Map;

/** The activation functions of the autoencoder. */
public enum Activation {
  RELU,
  SILU,
  /** Exact, with the error function. */
  GELU,
  MISH;

  /** By the names of diffusers' {@code models/activations.py}. */
  static final Map<String, Activation> NAMES =
      Map.of("relu", RELU, "silu", SILU, "swish", SILU, "gelu", GELU, "mish", MISH);
}
