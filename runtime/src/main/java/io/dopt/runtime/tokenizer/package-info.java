/**
 * Turns prompts into token ids as transformers' tokenizers do, offline. It wraps the one native
 * library for it and adds what diffusers does around: the text window, padding, and saying which
 * part of a prompt was dropped.
 */
package io.dopt.runtime.tokenizer;
