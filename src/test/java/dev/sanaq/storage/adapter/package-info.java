@NullMarked
package dev.sanaq.storage.adapter;

import org.jspecify.annotations.NullMarked;
