package dev.sanaq.gateway.asyncapi;

import dev.sanaq.job.OutputLocation;
import dev.sanaq.job.validation.ModelDefaults;
import dev.sanaq.job.validation.RequestLimits;
import dev.sanaq.job.validation.RequestValidator;
import java.util.List;
import java.util.Optional;

/** The validator of requests with the default limits, whose adapters may be in {@code loras}. */
final class ContractValidator {
  private static final OutputLocation HOME = new OutputLocation("sanaq", "");

  private ContractValidator() {}

  /**
   * @param adapters of the model; empty if they are not known
   * @param allowHttp whether URLs may be http besides https
   */
  static RequestValidator of(
      Optional<List<ModelDefaults.KnownAdapter>> adapters, boolean allowHttp) {
    return new RequestValidator(
        new ModelDefaults(
            "m",
            64,
            64,
            4,
            4.5,
            ModelDefaults.ALL_STEPS,
            "flow-dpm",
            List.of("flow-dpm"),
            "none",
            Optional.of(List.of(new ModelDefaults.KnownStepCache("fast", "flow-dpm", 4))),
            adapters,
            true),
        new RequestLimits(
            4000,
            4096,
            100,
            50,
            8,
            16,
            16384,
            allowHttp,
            allowHttp,
            HOME,
            List.of(HOME),
            List.of(new OutputLocation("loras", ""))));
  }
}
