package dev.sanaq.sana;

import static dev.sanaq.sana.Drawings.alone;
import static dev.sanaq.sana.Drawings.counted;
import static dev.sanaq.sana.Drawings.fox;
import static dev.sanaq.sana.Drawings.sized;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sanaq.image.RgbImage;
import dev.sanaq.testing.Pictures;
import dev.sanaq.torch.OpenValues;
import dev.sanaq.torch.Torch;
import dev.sanaq.torch.TorchException;
import dev.sanaq.torch.Value;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What happens when memory runs out: smaller passes, smaller tiles, and a pipeline that goes on.
 * Memory that runs out at a place of the test's choice cannot be had otherwise, so it is thrown
 * there; one test lets the engine itself run out.
 */
class OutOfMemoryTest {
  /** A tensor of more bytes than a process has addresses. */
  private static final Observer MORE_THAN_THERE_IS =
      (done, latents) -> Torch.normal(0, 1, 1L << 60).forEach(Value::close);

  private SanaPipeline pipeline;

  @BeforeEach
  void load() {
    pipeline = Drawings.load("tiny-sana", "fp32");
  }

  @AfterEach
  void close() {
    pipeline.close();
  }

  @Test
  void aPassThatDoesNotFitIsRepeatedWithHalfThePicturesUntilItFits() {
    Drawing five = counted(fox(70), 5);
    List<Long> together = new ArrayList<>();
    List<String> progress = new ArrayList<>();
    Drawn drawn =
        pipeline.draw(
            five, (done, steps) -> progress.add(done + "/" + steps), new Holds(1, 2, together));
    assertThat(together).containsExactly(5L, 5L, 2L, 2L, 2L, 2L, 2L, 2L, 1L, 1L, 1L);
    assertThat(progress)
        .containsExactly(
            "0/3", "1/3", "1/9", "2/9", "3/9", "4/9", "5/9", "6/9", "7/9", "8/9", "9/9");
    assertDrawnAsAlone(five, drawn);
    assertThat(pipeline.picturesTogether(Shape.of(five))).isEqualTo(2);
    assertThat(pipeline.picturesTogether(Shape.of(sized(five, 96, 64)))).isGreaterThan(2);
  }

  @Test
  void theHeapRunningOutIsTreatedAlike() {
    Drawing two = counted(fox(70), 2);
    Drawn drawn =
        pipeline.draw(
            two,
            Progress.NONE,
            (done, latents) -> {
              if (latents.shape()[0] > 1) {
                throw new OutOfMemoryError("Java heap space");
              }
            });
    assertDrawnAsAlone(two, drawn);
  }

  @Test
  void aSinglePictureThatDoesNotFitIsRefusedAndTheNextIsDrawn() {
    RgbImage before = draw(fox(1));
    assertThatThrownBy(
            () ->
                pipeline.draw(
                    counted(fox(1), 4), Progress.NONE, new Holds(2, 0, new ArrayList<>())))
        .isInstanceOf(OutOfMemoryException.class)
        .hasMessageContaining("single picture of 64x64")
        .hasMessageContaining("CUDA out of memory");
    assertThat(draw(fox(1)).samples()).isEqualTo(before.samples());
  }

  @Test
  void whatTheEngineItselfCannotAllocateIsOutOfMemoryAndTheNextIsDrawn() {
    RgbImage before = draw(fox(1));
    assertThatThrownBy(() -> pipeline.draw(fox(1), Progress.NONE, MORE_THAN_THERE_IS))
        .isInstanceOf(OutOfMemoryException.class)
        .hasMessageContaining("can't allocate memory");
    assertThat(draw(fox(1)).samples()).isEqualTo(before.samples());
  }

  @Test
  void aPictureThatCannotBeDecodedWholeIsDecodedInTilesAndThenInSmallerOnes() {
    Drawing long1 = sized(fox(3), 1056, 64);
    RgbImage whole = draw(long1);
    DecodesIn tiles = new DecodesIn(512);
    RgbImage tiled = pipeline.draw(long1, Progress.NONE, tiles).images().get(0);
    assertThat(tiles.tried).containsExactly(0, 896, 512);
    assertThat(Pictures.meanDifference(tiled, whole)).isLessThan(8);

    DecodesIn again = new DecodesIn(512);
    pipeline.draw(long1, Progress.NONE, again);
    assertThat(again.tried).as("what failed is not tried again").containsExactly(512);
  }

  @Test
  void aPictureThatCannotBeDecodedInTheSmallestTilesIsRefusedAndTheNextIsDrawn() {
    RgbImage before = draw(fox(1));
    DecodesIn nothing = new DecodesIn(-1);
    assertThatThrownBy(() -> pipeline.draw(sized(fox(3), 544, 64), Progress.NONE, nothing))
        .isInstanceOf(OutOfMemoryException.class)
        .hasMessageContaining("544x64");
    assertThat(nothing.tried).as("no tiles larger than the picture").containsExactly(0, 512);
    assertThat(draw(fox(1)).samples()).isEqualTo(before.samples());
  }

  @Test
  void anotherFailureOfTheEngineIsNotRepeated() {
    List<Integer> steps = new ArrayList<>();
    Observer fails =
        (done, latents) -> {
          steps.add(done);
          throw new TorchException("device-side assert triggered", new IllegalStateException());
        };
    assertThatThrownBy(() -> pipeline.draw(counted(fox(1), 4), Progress.NONE, fails))
        .isInstanceOf(TorchException.class)
        .hasMessageContaining("assert");
    assertThat(steps).containsExactly(1);
  }

  @Test
  void everyFailureGivesAllNativeMemoryBack() {
    long before = OpenValues.count();
    for (int step = 0; step < 3; step++) {
      Observer runsOut = new Holds(step, 0, new ArrayList<>());
      assertThatThrownBy(() -> pipeline.draw(counted(fox(1), 3), Progress.NONE, runsOut))
          .isInstanceOf(OutOfMemoryException.class);
    }
    assertThatThrownBy(() -> pipeline.draw(fox(1), Progress.NONE, new DecodesIn(-1)))
        .isInstanceOf(OutOfMemoryException.class);
    assertThatThrownBy(() -> pipeline.draw(fox(1), Progress.NONE, MORE_THAN_THERE_IS))
        .isInstanceOf(OutOfMemoryException.class);
    pipeline.draw(counted(fox(1), 2), Progress.NONE);
    assertThat(OpenValues.count()).isEqualTo(before);
  }

  private RgbImage draw(Drawing drawing) {
    return pipeline.draw(drawing, Progress.NONE).images().get(0);
  }

  private void assertDrawnAsAlone(Drawing drawing, Drawn drawn) {
    assertThat(drawn.images()).hasSize(drawing.count());
    for (int i = 0; i < drawing.count(); i++) {
      Pictures.assertWithinOneLevel(drawn.images().get(i), draw(alone(drawing, i)), 0.001);
    }
  }

  private static TorchException noMemory() {
    return new TorchException(
        "CUDA out of memory. Tried to allocate 2.00 GiB.", new IllegalStateException());
  }

  /** From this step on, memory holds so many pictures; it writes down how many there were. */
  private record Holds(int fromStep, int pictures, List<Long> together) implements Observer {
    @Override
    public void stepped(int done, Value latents) {
      long rows = latents.shape()[0];
      together.add(rows);
      if (done > fromStep && rows > pictures) {
        throw noMemory();
      }
    }
  }

  /** Memory holds tiles of this side alone. */
  private static final class DecodesIn implements Observer {
    private final List<Integer> tried = new ArrayList<>();
    private final int side;

    DecodesIn(int side) {
      this.side = side;
    }

    @Override
    public void stepped(int done, Value latents) {}

    @Override
    public void decoding(int tile) {
      tried.add(tile);
      if (tile != side) {
        throw noMemory();
      }
    }
  }
}
