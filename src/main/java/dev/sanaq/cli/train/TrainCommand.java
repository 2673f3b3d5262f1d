package dev.sanaq.cli.train;

import picocli.CommandLine.Command;

/** {@code train}: what makes a checkpoint, step by step. */
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    description = "Trains a checkpoint: data, tokenizer, autoencoder, transformer.",
    subcommands = {
      TrainAllCommand.class,
      TrainEmojiCommand.class,
      TrainTokenizerCommand.class,
      TrainAutoencoderCommand.class,
      TrainTransformerCommand.class,
      TrainEvaluateCommand.class
    })
public final class TrainCommand {}
