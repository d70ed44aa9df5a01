/** The sources of the kill test, made of a trainer's arguments. */
import { jetStream, ndjson } from 'paralens/node';
