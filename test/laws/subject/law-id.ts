/** A law's name in the catalogue, as a regular expression: every group of laws is a letter here. */
export const LAW_ID = String.raw`(?:L|P|RD|G|O|S|F|B|C|N|M|E)[-.]\d+`;
