package dev.sanaq.net;

import jakarta.validation.Constraint;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.Payload;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** A setting that must be an absolute http or https URL with a host. */
@Target(ElementType.TYPE_USE)
@Retention(RetentionPolicy.RUNTIME)
@Constraint(validatedBy = HttpUrl.Validator.class)
public @interface HttpUrl {
  /** What is wrong with another value. */
  String message() default "must be an http or https URL with a host, such as https://s3.example";

  /** Bean Validation's groups. */
  Class<?>[] groups() default {};

  /** Bean Validation's payload. */
  Class<? extends Payload>[] payload() default {};

  /** The check. */
  final class Validator implements ConstraintValidator<HttpUrl, URI> {
    @Override
    public boolean isValid(@Nullable URI url, ConstraintValidatorContext context) {
      return url == null
          || (("http".equalsIgnoreCase(url.getScheme())
                  || "https".equalsIgnoreCase(url.getScheme()))
              && url.getHost() != null);
    }
  }
}
