/** Image similarity: PSNR, SSIM, retrieval. Plain arithmetic, no framework. */
@NullMarked
package dev.sanaq.train.measure;

import org.jspecify.annotations.NullMarked;
