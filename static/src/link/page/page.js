/* Saves clicks on the pages behind personal links; without it they do the same. */
const form = document.querySelector("form");

/** Tick all, or none when all are ticked; of no use for a single one. */
function offerAll() {
    const button = form.querySelector(".all");
    if (!button) {
        return;
    }
    const ticks = [...form.querySelectorAll("input[name=item]")];
    button.hidden = ticks.length < 2;
    button.addEventListener("click", () => {
        const tick = !ticks.every((input) => input.checked);
        for (const input of ticks) {
            input.checked = tick;
        }
    });
}

/** Warns of a file that is too large at once, not after it has been sent. */
function watchFiles() {
    const files = form.querySelector("#files");
    const warning = form.querySelector("#too-large");
    files?.addEventListener("change", () => {
        const limit = Number(files.dataset.limit) * 1024 * 1024;
        const large = [...files.files].some((file) => file.size > limit);
        warning.hidden = !large;
        if (large) {
            files.value = "";
            files.focus();
        }
    });
}

/** One click sends, the second one does nothing. */
function sendOnce() {
    let sent = false;
    const button = form.querySelector("[type=submit]");
    form.addEventListener("submit", (ev) => {
        if (sent) {
            ev.preventDefault();
        }
        sent = true;
        button.disabled = true;
    });
    // back from another page: the form may be sent again, with the same key
    window.addEventListener("pageshow", () => {
        sent = false;
        button.disabled = false;
    });
}

if (form) {
    offerAll();
    watchFiles();
    sendOnce();
}
document.getElementById("error")?.focus();
