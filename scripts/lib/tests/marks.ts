/** The variable by which a process is told its files: in its arguments they would become part of tap's folder names. */
export const SHARE = 'LINEGATE_TEST_FILES';
/** Begins the name of the test that stands before a file's own. */
export const FILE_MARK = 'file ';
/** Name of the test that stands after all of them. */
export const ALL_DONE = 'all files are done';
