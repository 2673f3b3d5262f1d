/** Best of n: how many images are generated, and which of them are kept. */
@NullMarked
package dev.sanaq.sana.select;

import org.jspecify.annotations.NullMarked;
