package dev.sanaq.job;

import java.util.List;

/**
 * The JSON names of a request's fields, the contract's one list of them. {@code RequestFieldsTest}
 * holds the OpenAPI description, the documentation, the CLI and the playground to it.
 */
public final class RequestFields {
  public static final String ID = "id";
  public static final String PROMPT = "prompt";
  public static final String NEGATIVE_PROMPT = "negativePrompt";
  public static final String WIDTH = "width";
  public static final String HEIGHT = "height";
  public static final String STEPS = "steps";
  public static final String GUIDANCE_SCALE = "guidanceScale";
  public static final String GUIDANCE_INTERVAL = "guidanceInterval";
  public static final String STEP_CACHE = "stepCache";
  public static final String IMAGE = "image";
  public static final String MASK = "mask";
  public static final String STRENGTH = "strength";
  public static final String COMPOSITE = "composite";
  public static final String CONTROL = "control";
  public static final String CONTROL_SCALE = "controlScale";
  public static final String CONTROLNET = "controlnet";
  public static final String CONTROL_INTERVAL = "controlInterval";
  public static final String CONTROL_PREPROCESSOR = "controlPreprocessor";
  public static final String PAG = "pag";
  public static final String SEED = "seed";
  public static final String COUNT = "count";
  public static final String CANDIDATES = "candidates";
  public static final String DRAFT_STEPS = "draftSteps";
  public static final String SOLVER = "solver";
  public static final String FORMAT = "format";
  public static final String QUALITY = "quality";
  public static final String RESOLUTION_BINNING = "resolutionBinning";
  public static final String MODEL = "model";
  public static final String ADAPTERS = "adapters";
  public static final String DEADLINE = "deadline";
  public static final String PRIORITY = "priority";
  public static final String PREVIEWS = "previews";
  public static final String CALLBACK_URL = "callbackUrl";
  public static final String OUTPUT = "output";
  public static final String METADATA = "metadata";

  /** In {@link #CONTROL_PREPROCESSOR}: its name. */
  public static final String PREPROCESSOR_NAME = "name";

  /** In {@link #CONTROL_PREPROCESSOR}: Canny's lower threshold. */
  public static final String LOW_THRESHOLD = "lowThreshold";

  /** In {@link #CONTROL_PREPROCESSOR}: Canny's upper threshold. */
  public static final String HIGH_THRESHOLD = "highThreshold";

  /** In {@link #CONTROL_PREPROCESSOR}: the standard deviation of Canny's Gaussian filter. */
  public static final String SIGMA = "sigma";

  /** In {@link #PAG}: the scale. */
  public static final String PAG_SCALE = "scale";

  /** In {@link #PAG}: how fast the scale falls. */
  public static final String PAG_ADAPTIVE_SCALE = "adaptiveScale";

  /** In {@link #PAG}: the perturbed blocks. */
  public static final String PAG_LAYERS = "layers";

  /** In {@link #ADAPTERS}: the adapter's name. */
  public static final String ADAPTER_NAME = "name";

  /** In {@link #ADAPTERS}: the adapter's URI on S3, in place of a name. */
  public static final String ADAPTER_URI = "uri";

  /** In {@link #ADAPTERS}: the adapter's scale. */
  public static final String ADAPTER_SCALE = "scale";

  /** In {@link #ADAPTERS}: the SHA-256 that the adapter's file must have. */
  public static final String ADAPTER_SHA256 = "sha256";

  /** In {@link #OUTPUT}: the bucket. */
  public static final String BUCKET = "bucket";

  /** In {@link #OUTPUT}: the key prefix. */
  public static final String PREFIX = "prefix";

  /** In {@link #OUTPUT}: the presigned upload URLs. */
  public static final String UPLOAD_URLS = "uploadUrls";

  /** Every field of a request, in the order of the documentation. */
  public static final List<String> ALL =
      List.of(
          ID,
          PROMPT,
          NEGATIVE_PROMPT,
          WIDTH,
          HEIGHT,
          STEPS,
          GUIDANCE_SCALE,
          GUIDANCE_INTERVAL,
          STEP_CACHE,
          IMAGE,
          MASK,
          STRENGTH,
          COMPOSITE,
          CONTROL,
          CONTROL_SCALE,
          CONTROLNET,
          CONTROL_INTERVAL,
          CONTROL_PREPROCESSOR,
          PAG,
          SEED,
          COUNT,
          CANDIDATES,
          DRAFT_STEPS,
          SOLVER,
          FORMAT,
          QUALITY,
          RESOLUTION_BINNING,
          MODEL,
          ADAPTERS,
          DEADLINE,
          PRIORITY,
          PREVIEWS,
          CALLBACK_URL,
          OUTPUT,
          METADATA);

  /** The fields that name an input image. */
  public static final List<String> INPUT_IMAGES = List.of(IMAGE, MASK, CONTROL);

  /** Every field of {@link #CONTROL_PREPROCESSOR}. */
  public static final List<String> OF_PREPROCESSOR =
      List.of(PREPROCESSOR_NAME, LOW_THRESHOLD, HIGH_THRESHOLD, SIGMA);

  /** Every field of {@link #PAG}. */
  public static final List<String> OF_PAG = List.of(PAG_SCALE, PAG_ADAPTIVE_SCALE, PAG_LAYERS);

  /** Every field of an item of {@link #ADAPTERS}. */
  public static final List<String> OF_ADAPTER =
      List.of(ADAPTER_NAME, ADAPTER_URI, ADAPTER_SCALE, ADAPTER_SHA256);

  /** Every field of {@link #OUTPUT}. */
  public static final List<String> OF_OUTPUT = List.of(BUCKET, PREFIX, UPLOAD_URLS);

  private RequestFields() {}
}
