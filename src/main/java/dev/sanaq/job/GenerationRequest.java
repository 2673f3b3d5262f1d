package dev.sanaq.job;

import java.util.Map;

/**
 * What somebody asks for, as they say it: the contract's JSON object, nothing checked yet.
 *
 * @param fields by name: strings, numbers, booleans, lists, maps; a null stands for a field left
 *     out
 */
public record GenerationRequest(Map<String, Object> fields) {}
