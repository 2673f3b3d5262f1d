package dev.sanaq.job;

import java.util.Map;

/**
 * A request as the client sent it: the contract's JSON object, not validated.
 *
 * @param fields the values by {@linkplain RequestFields name}: strings, numbers, booleans, lists
 *     and maps; null is the same as an absent field
 */
public record GenerationRequest(Map<String, Object> fields) {}
