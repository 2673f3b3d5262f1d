@NullMarked
package dev.sanaq.benchmark.export;

import org.jspecify.annotations.NullMarked;
