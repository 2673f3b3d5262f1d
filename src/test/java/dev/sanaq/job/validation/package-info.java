@NullMarked
package dev.sanaq.job.validation;

import org.jspecify.annotations.NullMarked;
