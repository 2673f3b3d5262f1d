@NullMarked
package dev.sanaq.cli.generate;

import org.jspecify.annotations.NullMarked;
