package dev.sanaq.job;

/** The rule for callback addresses. */
final class CallbackUrl {
  private static final int LONGEST = 2000;

  private CallbackUrl() {}

  /** The address, or empty for none. */
  static String read(Fields fields, boolean alsoHttp) {
    if (!fields.has("callbackUrl")) {
      return "";
    }
    String url = fields.text("callbackUrl", "", 1, LONGEST);
    return url.isEmpty() || WebAddress.isAllowed(url, alsoHttp)
        ? url
        : fields.complain("callbackUrl", WebAddress.allowed(alsoHttp), "");
  }
}
