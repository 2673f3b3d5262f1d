/** Accepted jobs drawn, stored and published, one at a time; drain and health. */
@NullMarked
package dev.sanaq.worker;

import org.jspecify.annotations.NullMarked;
