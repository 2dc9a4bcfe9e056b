// Questions as `questions()`, `practice()` and the like show them.

import { renderQuestions } from "./sitting.js";

export default { render: renderQuestions };
