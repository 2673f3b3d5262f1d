package dev.sanaq.job.validation;

import dev.sanaq.job.RequestFields;

/** The rule for {@code callbackUrl}. */
final class CallbackUrlRule {
  private static final int MAX_LENGTH = 2000;

  private CallbackUrlRule() {}

  /** The URL; empty for none. */
  static String read(FieldReader fields, boolean allowHttp) {
    if (!fields.has(RequestFields.CALLBACK_URL)) {
      return "";
    }
    String url = fields.string(RequestFields.CALLBACK_URL, "", 1, MAX_LENGTH);
    return url.isEmpty() || UrlRule.isAllowed(url, allowHttp)
        ? url
        : fields.reject(RequestFields.CALLBACK_URL, UrlRule.describeAllowed(allowHttp), "");
  }
}
