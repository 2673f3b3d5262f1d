@NullMarked
package dev.sanaq.job;

import org.jspecify.annotations.NullMarked;
