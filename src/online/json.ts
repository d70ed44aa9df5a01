/** Plain data, as JSON writes it down. */

/** What survives being written down and read again, but for numbers that are not finite and −0. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
