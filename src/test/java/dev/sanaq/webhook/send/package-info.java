@NullMarked
package dev.sanaq.webhook.send;

import org.jspecify.annotations.NullMarked;
