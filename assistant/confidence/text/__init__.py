"""Pure reading of prose: words, sentences, facts and demands, in any script."""
