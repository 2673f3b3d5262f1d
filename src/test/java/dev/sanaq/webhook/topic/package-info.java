@NullMarked
package dev.sanaq.webhook.topic;

import org.jspecify.annotations.NullMarked;
