package parts

// ContinueTo is the field that says where a consent was asked for.
const ContinueTo = "poi"
