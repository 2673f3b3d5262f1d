/** The AsyncAPI document and its schemas, compared with the code. */
@NullMarked
package dev.sanaq.gateway.asyncapi;

import org.jspecify.annotations.NullMarked;
