/** Records as they come from a source, before anything is known of them. */

/** The text of one record; or what there is of it, and why it is none. */
export type RawRecord =
  { readonly text: string } | { readonly broken: 'utf-8' | 'too long'; readonly text: string };
