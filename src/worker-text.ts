/** Programs for workers, which are made from the text of functions and so share no module with whoever starts them. */

/**
 * The text as a program of its own. Transpilers that keep the names of functions, such as tsx, wrap inner functions in a
 * helper `__name`, which stands in no function's text.
 */
export const workerProgramText = (text: string): string => `const __name = (named) => named;\n${text}`;
