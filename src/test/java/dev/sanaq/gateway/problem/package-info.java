@NullMarked
package dev.sanaq.gateway.problem;

import org.jspecify.annotations.NullMarked;
