//! Tests of the front half: trees of odd layouts, messages in CPython's words.
