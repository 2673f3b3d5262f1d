@NullMarked
package dev.sanaq.storage.model;

import org.jspecify.annotations.NullMarked;
