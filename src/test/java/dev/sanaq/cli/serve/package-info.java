@NullMarked
package dev.sanaq.cli.serve;

import org.jspecify.annotations.NullMarked;
