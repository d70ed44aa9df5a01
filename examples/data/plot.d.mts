/** The place of a picture of the examples: `examples/out/`, which is made if it is not there. */
export declare const pictureAt: (name: string) => string;

interface Scale {
  readonly label: string;
  readonly scale?: 'linear' | 'log';
}

interface Lines<T> {
  readonly title: string;
  readonly x: Scale & { readonly of: keyof T };
  readonly y: Scale & { readonly of: keyof T };
  /** What points must have in common to be one line; it stands at the line's end. */
  readonly z: { readonly of: keyof T };
  readonly points: readonly T[];
}

/** Draws lines into `examples/out/` and gives the file's path. */
export declare const saveLines: <T>(name: string, lines: Lines<T>) => string;

interface Points {
  readonly title: string;
  /** Points of the plane, by what they are. */
  readonly kinds: Readonly<Record<string, readonly (readonly [x: number, y: number])[]>>;
}

/** Draws points into `examples/out/` and gives the file's path. */
export declare const savePoints: (name: string, points: Points) => string;
