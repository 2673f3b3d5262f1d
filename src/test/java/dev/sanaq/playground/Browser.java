package dev.sanaq.playground;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** A headless Chromium from the PATH; the tests download no browser. */
final class Browser implements AutoCloseable {
  private static final Path SCREENSHOTS = Path.of("target", "browser");

  final ChromeDriver driver;

  Browser(String... arguments) {
    System.setProperty("webdriver.chrome.driver", findExecutable("chromedriver"));
    ChromeOptions options = new ChromeOptions();
    options.setBinary(findExecutable("chromium"));
    options.addArguments("--headless=new", "--disable-dev-shm-usage", "--hide-scrollbars");
    options.addArguments(arguments);
    if (System.getProperty("user.name", "").equals("root")) {
      // Containers run as root, and Chromium's sandbox does not start for root.
      options.addArguments("--no-sandbox");
    }
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.WARNING);
    options.setCapability("goog:loggingPrefs", logs);
    driver = new ChromeDriver(new ChromeDriverService.Builder().build(), options);
    driver.manage().timeouts().scriptTimeout(Duration.ofMinutes(1));
  }

  /** Sets the window size in CSS pixels, and the colour scheme: light or dark. */
  void resizeWindow(int width, int height, String scheme) {
    driver.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 500));
    driver.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
  }

  /** Returns the console warnings and errors since the last call, such as CSP violations. */
  List<String> consoleMessages() {
    return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
        .map(Object::toString)
        .toList();
  }

  void screenshot(String name) {
    try {
      Files.createDirectories(SCREENSHOTS);
      Files.write(SCREENSHOTS.resolve(name + ".png"), driver.getScreenshotAs(OutputType.BYTES));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    driver.quit();
  }

  private static String findExecutable(String program) {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(
            () ->
                new AssertionError(
                    "%s is not on the PATH; on Debian install chromium and chromium-driver"
                        .formatted(program)))
        .toString();
  }
}
