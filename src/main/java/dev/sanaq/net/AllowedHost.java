package dev.sanaq.net;

import jakarta.validation.Constraint;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.Payload;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.jspecify.annotations.Nullable;

/** A setting that must be an entry of the SSRF guard's allow list: a host or a CIDR block. */
@Target(ElementType.TYPE_USE)
@Retention(RetentionPolicy.RUNTIME)
@Constraint(validatedBy = AllowedHost.Validator.class)
public @interface AllowedHost {
  /** What is wrong with another value. */
  String message() default
      "must be a host such as *.svc.cluster.local or a CIDR block such as 10.1.0.0/16";

  /** Bean Validation's groups. */
  Class<?>[] groups() default {};

  /** Bean Validation's payload. */
  Class<? extends Payload>[] payload() default {};

  /** The check. */
  final class Validator implements ConstraintValidator<AllowedHost, String> {
    @Override
    public boolean isValid(@Nullable String entry, ConstraintValidatorContext context) {
      return entry == null || AllowedHosts.isEntry(entry);
    }
  }
}
