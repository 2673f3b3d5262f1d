package dev.sanaq.cli.train;

import picocli.CommandLine.Command;

/** {@code train}: the parent of the commands that build a checkpoint. */
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    description =
        "Trains and evaluates a checkpoint: data, tokenizer, autoencoder, transformer, ControlNet.",
    subcommands = {
      TrainAllCommand.class,
      TrainEmojiCommand.class,
      TrainTokenizerCommand.class,
      TrainAutoencoderCommand.class,
      TrainTransformerCommand.class,
      TrainControlNetCommand.class,
      TrainEvaluateCommand.class
    })
public final class TrainCommand {}
