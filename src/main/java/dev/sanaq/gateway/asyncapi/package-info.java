/** The contract of the topics for machines: the AsyncAPI document and its JSON Schemas. */
@NullMarked
package dev.sanaq.gateway.asyncapi;

import org.jspecify.annotations.NullMarked;
