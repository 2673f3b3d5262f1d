@NullMarked
package dev.sanaq.gateway.openai;

import org.jspecify.annotations.NullMarked;
