package dev.sanaq.job.validation;

/** The rule for callback addresses. */
final class CallbackUrlRule {
  private static final int MAX_LENGTH = 2000;

  private CallbackUrlRule() {}

  /** The address, or empty for none. */
  static String read(FieldReader fields, boolean alsoHttp) {
    if (!fields.has("callbackUrl")) {
      return "";
    }
    String url = fields.string("callbackUrl", "", 1, MAX_LENGTH);
    return url.isEmpty() || UrlRule.isAllowed(url, alsoHttp)
        ? url
        : fields.reject("callbackUrl", UrlRule.describeAllowed(alsoHttp), "");
  }
}
