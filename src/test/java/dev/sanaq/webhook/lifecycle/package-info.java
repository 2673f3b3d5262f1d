@NullMarked
package dev.sanaq.webhook.lifecycle;

import org.jspecify.annotations.NullMarked;
